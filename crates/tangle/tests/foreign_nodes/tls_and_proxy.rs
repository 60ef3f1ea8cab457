//! HTTPS trusts the system's certificates and no others, and a proxy is used where the environment names one.
//!
//! Both are read from the environment when a process first asks; so each story is told by a second process: this test
//! program, started again with the environment and the node's address to ask.

use std::{
    env,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, serve::Listener};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tangle::connect;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    process::Command,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{Certificate, PrivateKey, ServerConfig},
    server::TlsStream,
};

use crate::foreign::foreign;

/// Set for the second process: which node it asks.
const ASKS: &str = "TANGLE_TEST_ASKS";
const STORY: &str = "tls_and_proxy::a_node_behind_tls_is_trusted_through_the_systems_certificates_and_reached_by_proxy";

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            // Who does not trust the certificate goes away; the next one may.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A node behind TLS; its port and its certificate as PEM.
async fn serve_tls(routes: Router, names: &[&str]) -> (u16, String) {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let config = ServerConfig::builder()
        .with_safe_defaults()
        .with_no_client_auth()
        .with_single_cert(
            vec![Certificate(cert.der().to_vec())],
            PrivateKey(signing_key.serialize_der()),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move { axum::serve(Tls { listener, acceptor }, routes).await });
    (port, cert.pem())
}

/// A proxy (CONNECT, RFC 9110 section 9.3.6) that knows every name by this port; how often it was used.
async fn proxy_to(port: u16) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let used = Arc::new(AtomicUsize::new(0));
    let count = used.clone();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                assert!(head.starts_with(b"CONNECT node.test:443 "), "{head:?}");
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut node = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut node).await;
            });
        }
    });
    (address, used)
}

/// What a process with this environment says of the node.
async fn said(node: &str, environment: &[(&str, &str)]) -> String {
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", STORY, "--nocapture"]);
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "NO_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        process.env_remove(name);
    }
    let output = process
        .env(ASKS, node)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .output()
        .await
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The second process.
async fn ask(node: &str) {
    match connect(node).unwrap().network().await {
        Ok(network) => println!("network {}", network.name),
        Err(error) => println!("error {error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_behind_tls_is_trusted_through_the_systems_certificates_and_reached_by_proxy() {
    if let Ok(node) = env::var(ASKS) {
        return ask(&node).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let (port, certificate) = serve_tls(foreign(0), &["localhost", "node.test"]).await;
    let (_, other_certificate) = serve_tls(foreign(0), &["localhost"]).await;
    let roots = directory.path().join("roots.pem");
    let other_roots = directory.path().join("other.pem");
    std::fs::write(&roots, certificate).unwrap();
    std::fs::write(&other_roots, other_certificate).unwrap();
    let (roots, other_roots) = (roots.to_str().unwrap(), other_roots.to_str().unwrap());
    let node = format!("https://localhost:{port}");

    let trusted = said(&node, &[("SSL_CERT_FILE", roots)]).await;
    assert!(trusted.contains("network foreign"), "{trusted}");
    for untrusted in [
        said(&node, &[("SSL_CERT_FILE", other_roots)]).await,
        said(&node, &[]).await,
    ] {
        assert!(
            untrusted.contains("an authority that this system does not trust"),
            "{untrusted}"
        );
    }

    // The name is known to the proxy alone.
    let (proxy, used) = proxy_to(port).await;
    let through = [("SSL_CERT_FILE", roots), ("HTTPS_PROXY", proxy.as_str())];
    let proxied = said("https://node.test", &through).await;
    assert!(proxied.contains("network foreign"), "{proxied}");
    assert_eq!(used.load(Ordering::Relaxed), 1);
    let around = [through[0], through[1], ("NO_PROXY", "localhost")];
    let direct = said(&node, &around).await;
    assert!(direct.contains("network foreign"), "{direct}");
    assert_eq!(used.load(Ordering::Relaxed), 1, "NO_PROXY was not heeded");
}
