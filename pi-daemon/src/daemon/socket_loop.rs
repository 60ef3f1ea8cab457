//! Answers `setup`, `pair`, `near`, `unpair` and `status` of other invocations.

use std::time::Duration;

use tokio::net::UnixListener;

use super::Daemon;
use crate::socket::{self, Answer, Request};
use crate::status::{RadioReport, Report};

impl Daemon {
    pub(super) async fn answer_socket(&self, listener: UnixListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) =
                        socket::serve(stream, async |request| self.answer_in_time(request).await)
                            .await
                    {
                        tracing::debug!("a question on the socket ended early: {error}");
                    }
                }
                Err(error) => {
                    tracing::warn!("the control socket does not accept connections: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Answers one request of another invocation, also one for which somebody else has to be asked.
    async fn answer_in_time(&self, request: Request) -> Answer {
        let radio = match request {
            Request::Radio | Request::Status => Some(self.radio_report().await),
            _ => None,
        };
        match (self.answer(request), radio) {
            (Answer::Radio(_), Some(radio)) => Answer::Radio(radio),
            (Answer::Status(report), radio) => {
                Answer::Status(Box::new(Report { radio, ..*report }))
            }
            (answer, _) => answer,
        }
    }

    /// Answers one request of another invocation; of the radio nothing is known without asking bluetoothd.
    pub fn answer(&self, request: Request) -> Answer {
        let (now, moment) = (self.now(), self.moment());
        let answer = match request {
            Request::Status => self.device().report(now).map(|report| {
                Answer::Status(Box::new(Report {
                    running: true,
                    ..report
                }))
            }),
            Request::Code { new_secret } => self.device().code(new_secret, now),
            Request::Pair { new_secret } => self.device().open_window(new_secret, now, moment),
            Request::Near => {
                let seconds = self.device().take_calls(moment);
                seconds.map(|seconds| Answer::Near { seconds })
            }
            Request::Radio => Ok(Answer::Radio(RadioReport::default())),
            Request::Unpair => self.device().unpair(now),
        };
        self.ears.notify_one();
        self.outgoing.notify_one();
        answer.unwrap_or_else(|error| Answer::Refused {
            why: error.to_string(),
        })
    }
}
