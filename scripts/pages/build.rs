//! Tells cargo of the example that `pages` compiles as a module. It lies outside this package, and
//! such a file cargo knows by its absolute path alone: in a checkout that was copied with its
//! `target/`, it would look at the original's.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../examples/11_encapsulation.rs");
    println!("cargo::rerun-if-changed=../../examples/11_encapsulation");
}
