use std::time::{Duration, Instant};

use tangle::{Tag, TangleError};

use crate::program::{Node, free_address, place};

#[tokio::test]
async fn a_node_that_is_down_is_named_and_found_again_when_it_is_up() {
    let (_directory, data) = place();
    let address = free_address();
    let url = format!("http://{address}");
    let tangle = tangle::connect(&url).unwrap();

    let begin = Instant::now();
    for error in [
        tangle.publish(Tag([1; 32]), b"data").await.unwrap_err(),
        tangle.by_tags(&[Tag([1; 32])]).await.unwrap_err(),
        tangle.network().await.unwrap_err(),
    ] {
        assert!(
            matches!(error, TangleError::Unreachable { .. }),
            "{error:?}"
        );
        assert!(error.is_temporary());
        let sentence = error.to_string();
        assert!(
            sentence.contains(&url)
                && sentence.contains("refused")
                && sentence.contains("check that it runs"),
            "{sentence}"
        );
    }
    assert!(begin.elapsed() < Duration::from_secs(5));

    let node = Node::start(&data, &address, &[]);
    tangle.publish(Tag([1; 32]), b"data").await.unwrap();
    node.kill();
    // Also after the connection was used.
    assert!(matches!(
        tangle.publish(Tag([1; 32]), b"data").await.unwrap_err(),
        TangleError::Unreachable { .. }
    ));
    let _node = Node::start(&data, &address, &[]);
    tangle.publish(Tag([1; 32]), b"data").await.unwrap();
    assert_eq!(tangle.by_tags(&[Tag([1; 32])]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_into_a_block_is_refused_before_it_is_sent() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let error = node
        .tangle()
        .publish(Tag([1; 32]), &[0; 40_000])
        .await
        .unwrap_err();
    assert!(matches!(error, TangleError::Content(_)), "{error:?}");
    assert!(!error.is_temporary());
    assert!(error.to_string().contains("at most 32768"), "{error}");
}
