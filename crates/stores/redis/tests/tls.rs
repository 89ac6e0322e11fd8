//! The way to a server over TLS.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::{PartitionId, Store, StoreError};
use philia_store_redis::RedisStore;
use philia_testkit::server::redis::Redis;
use philia_testkit::server::{free_port, skip};
use philia_testkit::store::run;
use std::path::Path;
use std::process::Command;

/// Makes a certificate for a name, signed by itself; none where that cannot be done.
fn certificate(directory: &Path, name: &str) -> Option<()> {
    let request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let subject = format!("/CN={name}");
    let names = format!("subjectAltName={name}");
    let made = Command::new("openssl")
        .args(request)
        .args(["-subj", &subject, "-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(directory)
        .output();
    let Ok(made) = made else {
        skip("openssl");
        return None;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(())
}

#[test]
fn a_server_is_known_by_its_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let Some(()) = certificate(directory.path(), "IP:127.0.0.1") else { return };
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let port = free_port();
    let tls =
        ["--tls-port", &port.to_string(), "--tls-cert-file", &file("cert.pem"), "--tls-key-file", &file("key.pem")];
    let more = ["--tls-ca-cert-file", &file("cert.pem"), "--tls-auth-clients", "no", "--appendonly", "yes"];
    let settings = [&tls[..], &more[..], &["--appendfsync", "always"]].concat();
    let Some(_server) = Redis::start_with(&settings) else { return };
    run(async {
        let ca = file("cert.pem");
        let store = RedisStore::open(&format!("rediss://127.0.0.1:{port}?timeout=60000&ca={ca}")).await.unwrap();
        assert_eq!(store.open(&PartitionId::new("home", "ana").unwrap()).await.unwrap().generation, 0);
        // Nobody known has signed it.
        let stranger = RedisStore::open(&format!("rediss://127.0.0.1:{port}?timeout=60000")).await;
        assert!(matches!(&stranger, Err(StoreError::Invalid(said)) if said.contains("certificate")), "{stranger:?}");
        // It is somebody else's.
        let other = RedisStore::open(&format!("rediss://localhost:{port}?timeout=60000&ca={ca}")).await;
        assert!(matches!(&other, Err(StoreError::Invalid(said)) if said.contains("certificate")), "{other:?}");
        // What speaks without TLS there is not understood.
        let plain = RedisStore::open(&format!("redis://127.0.0.1:{port}?timeout=2000")).await;
        assert!(plain.is_err());
    });
}
