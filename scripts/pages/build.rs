//! Names the example that `pages` compiles as a module to cargo. It is outside this package, and
//! cargo tracks such a file by its absolute path only: in a checkout that was copied with its
//! `target/`, it would watch the original.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../examples/11_encapsulation.rs");
    println!("cargo::rerun-if-changed=../../examples/11_encapsulation");
}
