//! 证书：“这把公钥属于 server.test”，签上名。
//! A certificate: "this public key belongs to server.test", signed.
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_ED25519};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

// ANCHOR: make
/// 造一对新钥匙和一张自己签的证书，证书写进 `file`。
/// Makes a new pair of keys and a certificate signed by itself, which goes to `file`.
pub(crate) fn make(name: &str, file: &Path) -> Result<Pair> {
    // Ed25519：钥匙 32 字节，签名 64 字节，长度总是一样，旁观者看到的大小也就一样。
    // Ed25519: keys of 32 bytes, signatures of 64, never more or less: so are sizes on the wire.
    let key = KeyPair::generate_for(&PKCS_ED25519).context("造钥匙 making keys")?;
    // 客户端只看 subjectAltName 里的名字；Common Name 是给人看的（RFC 9525 §6）。
    // Clients look at the name in subjectAltName; the Common Name is for people (RFC 9525 §6).
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // 机构要给每张证书不同的编号；我们只签这一张。
    // An authority numbers its certificates; we sign only this one.
    params.serial_number = Some(1.into());
    // 昨天起，明天止：两台机器的钟可以差一点，丢掉的证书也用不了多久。
    // From yesterday to tomorrow: clocks may differ a little, and it soon expires.
    let day = Duration::from_secs(24 * 60 * 60);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = rcgen::date_time_ymd(1970, 1, 1) + now;
    (params.not_before, params.not_after) = (now - day, now + day);
    // 没有人替我们担保：签名的就是自己。信不信，由客户端另想办法决定。
    // Nobody vouches for us: we sign it ourselves. The client must decide by other means.
    let certificate = params.self_signed(&key).context("签证书 signing")?;
    // PEM 是 Base64 写的 DER；发给客户端的是 DER，记录里见不到这些字母。
    // PEM is DER in Base64. What goes to clients is DER: these letters are not on the wire.
    write(file, &certificate.pem()).with_context(|| {
        format!(
            "写证书，换一个 --cert writing, choose another: {}",
            file.display()
        )
    })?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}
// ANCHOR_END: make

/// 先删再新建：临时目录谁都能写，跟着别人放的符号链接写就糟了。
/// Remove, then create anew: others may have put a symbolic link there, and we must not follow it.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(file)?.write_all(text.as_bytes())
}

/// 客户端信谁，全看这个文件：谁能改它，谁就能冒充服务器。
/// This file alone decides which server the client trusts: anyone who can change it can pose as the
/// server.
pub(crate) fn read(file: &Path) -> Result<CertificateDer<'static>> {
    // 证书不到 1 KiB；别把一个大文件整个读进内存。
    // A certificate has less than 1 KiB: do not take a huge file into memory.
    let place = || {
        format!(
            "读不到证书，先启动服务器 no certificate, start the server first: {}",
            file.display()
        )
    };
    let size = fs::metadata(file).with_context(place)?.len();
    anyhow::ensure!(
        size < 64 * 1024,
        "不是证书 not a certificate: {}",
        file.display()
    );
    CertificateDer::from_pem_file(file).with_context(place)
}

/// 证书的 SHA-256。两边屏幕上一样，就是同一张：这一步是人在核对。
/// The SHA-256 of the certificate. The same on both screens: the same one. A person checks this.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
