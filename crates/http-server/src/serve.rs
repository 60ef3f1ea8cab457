//! Answering over HTTP/1.1 until it is time to stop.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::{Bounded, Held};

/// So long a connection waits for the whole head of a request, the first one and each after it.
pub const HEADERS: Duration = Duration::from_secs(30);

/// Most bytes of a request's head, and of what is kept of its body before somebody takes it.
pub const HEAD: usize = 64 << 10;

/// Answers until `stop`, and then finishes what was asked. Routes find the address of the other end as
/// `ConnectInfo<SocketAddr>`.
pub async fn serve(mut listener: Bounded, router: Router, stop: impl Future<Output = ()>) {
    let connections = TaskTracker::new();
    // Also when this future is dropped.
    let stopping = CancellationToken::new();
    let stops = stopping.clone().drop_guard();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        connections.spawn(converse(stream, peer, router.clone(), stopping.clone()));
    }
    drop((listener, stops));
    connections.close();
    connections.wait().await;
}

async fn converse<S>(stream: Held<S>, peer: SocketAddr, router: Router, stopping: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let answers = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), answers)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!("the connection of {peer} ended: {error}");
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use axum::routing::get;
    use futures::{StreamExt as _, stream};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::{Bounds, Front, LEAST, READING};

    /// A server that says who asks, and more than anybody reads; and what stops it.
    async fn server() -> (SocketAddr, oneshot::Sender<()>, impl Future) {
        let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let much = || async { vec![0_u8; 64 << 20] };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let bounds = Bounds {
            connections: 2,
            per_client: 10,
        };
        let serving = serve(
            Bounded::new(listener, bounds, Front::Network),
            Router::new().route("/", get(who)).route("/much", get(much)),
            async { drop(stopped.await) },
        );
        (address, stop, tokio::spawn(serving))
    }

    async fn ask(address: SocketAddr, question: &str) -> TcpStream {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(question.as_bytes()).await.unwrap();
        connection
    }

    /// All that comes until the connection ends, however it does.
    async fn said(connection: &mut TcpStream) -> String {
        let mut answer = Vec::new();
        let _ = timeout(HEADERS * 10, connection.read_to_end(&mut answer))
            .await
            .unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn what_was_asked_is_answered_and_then_it_stops() {
        let (address, stop, stopped) = server().await;
        let mut idle = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let question = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut connection = ask(address, question).await;
        let own = connection.local_addr().unwrap().to_string();
        let answer = said(&mut connection).await;
        assert!(answer.ends_with(&own), "{answer}");
        stop.send(()).unwrap();
        stopped.await;
        let own = idle.local_addr().unwrap().to_string();
        let rest = said(&mut idle).await;
        assert!(rest.ends_with(&own), "{rest}");
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_ends_a_question_is_hung_up_on_and_makes_room() {
        let (address, _stop, _stopped) = server().await;
        let mut slow = Vec::new();
        for _ in 0..4 {
            slow.push(ask(address, "GET / HTTP/1.1\r\nx").await);
        }
        for connection in &mut slow {
            assert_eq!(said(connection).await, "");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_no_answer_makes_room_for_others() {
        let (address, _stop, _stopped) = server().await;
        let much = "GET /much HTTP/1.1\r\nhost: x\r\n\r\n";
        let deaf = [ask(address, much).await, ask(address, much).await];
        let question = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut third = ask(address, question).await;
        let answer = said(&mut third).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        drop(deaf);
    }

    /// Asks this router over a pipe that holds so much, so that nothing but the reader decides what is taken.
    async fn ask_over_a_pipe(holds: usize, router: Router) -> DuplexStream {
        let (mut reader, stream) = duplex(holds);
        let peer = SocketAddr::from(([192, 0, 2, 1], 1));
        let held = Held::new(stream, None, None);
        tokio::spawn(converse(held, peer, router, CancellationToken::new()));
        let question = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        reader.write_all(question).await.unwrap();
        reader
    }

    /// How much comes to a reader who takes so many bytes a little before each wait would end.
    async fn taken_in_parts_of(part: usize, mut reader: DuplexStream) -> usize {
        let (mut taken, mut buffer) = (0, vec![0; part]);
        loop {
            sleep(READING - Duration::from_secs(1)).await;
            let mut in_this_part = 0;
            while in_this_part < part {
                let room = &mut buffer[in_this_part..];
                match reader.read(room).await.unwrap_or_default() {
                    0 => return taken + in_this_part,
                    bytes => in_this_part += bytes,
                }
            }
            taken += in_this_part;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_an_answer_in_drops_is_hung_up_on_and_who_is_slow_is_not() {
        const ANSWER: usize = 8 << 20;
        let answer = || Router::new().route("/", get(|| async { vec![0_u8; ANSWER] }));
        let trickling = ask_over_a_pipe(4 << 10, answer()).await;
        let taken = taken_in_parts_of(32 << 10, trickling).await;
        assert!(taken < LEAST, "{taken}");
        let slow = ask_over_a_pipe(4 << 10, answer()).await;
        let taken = taken_in_parts_of(LEAST, slow).await;
        assert!(taken > ANSWER, "{taken}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_listens_for_little_now_and_then_may_take_a_while_for_it() {
        const EVENT: usize = 2 << 10;
        let event = |_| async {
            sleep(READING * 2).await;
            Ok::<_, Infallible>(vec![0_u8; EVENT])
        };
        let events = move || async move { Body::from_stream(stream::iter(0..500).then(event)) };
        let feed = Router::new().route("/", get(events));
        let mut listener = ask_over_a_pipe(EVENT / 2, feed).await;
        let mut heard = 0;
        let mut buffer = [0; EVENT];
        loop {
            sleep(READING / 2).await;
            match listener.read(&mut buffer).await.unwrap() {
                0 => break,
                bytes => heard += bytes,
            }
        }
        assert!(heard > 500 * EVENT, "{heard}");
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let (address, _stop, _stopped) = server().await;
        let long = format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(2 * HEAD));
        let mut connection = ask(address, &long).await;
        let answer = said(&mut connection).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{answer}"
        );
    }
}
