//! The servers that other tests stand on start, can be killed and started again, and go away with their process.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_testkit::server::Server as _;
use philia_testkit::server::{dynamo, postgres, redis};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

#[test]
fn postgres_keeps_what_it_committed_when_it_is_killed() {
    for major in postgres::MAJORS {
        let Some(mut server) = postgres::Postgres::start(major) else { return };
        let url = server.database();
        let database = url.rsplit('/').next().unwrap();
        server.psql(database, "CREATE EXTENSION vector; CREATE TABLE t (x int); INSERT INTO t VALUES (42)").unwrap();
        assert!(server.psql(database, "SHOW server_version").unwrap().starts_with(&major.to_string()));
        server.kill();
        server.psql(database, "SELECT 1").unwrap_err();
        server.restart();
        assert_eq!(server.psql(database, "SELECT x FROM t").unwrap(), "42\n");
    }
}

#[test]
fn redis_keeps_what_it_acknowledged_when_it_is_killed() {
    let Some(mut server) = redis::Redis::start() else { return };
    let ask = |server: &redis::Redis, command: &str| {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        write!(stream, "{command}\r\nQUIT\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    };
    assert!(ask(&server, "SET a 1").starts_with("+OK"));
    server.kill();
    server.restart();
    let kept = ask(&server, "GET a");
    assert!(kept.starts_with("$1\r\n1"), "{kept}");
    assert_ne!(server.database(), server.database());
}

#[test]
fn dynamo_answers_and_hangs_and_answers() {
    let Some(server) = dynamo::Dynamo::start() else { return };
    let ask = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
        write!(stream, "GET /moto-api/ HTTP/1.0\r\n\r\n").unwrap();
        let mut said = [0; 12];
        stream.read_exact(&mut said).map(|()| String::from_utf8_lossy(&said).into_owned())
    };
    while ask().is_err() {}
    server.hang();
    ask().unwrap_err();
    server.resume();
    while ask().is_err() {}
}
