use std::{collections::HashSet, sync::Arc, time::Duration};

use tangle::{BlockId, Tag, Tangle};

use crate::program::{Node, free_address, place};

const ROUNDS: u64 = 12;
const WRITERS: u8 = 8;

/// Writers publish as fast as they can while the node is killed again and again, each time a bit later.
#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_block_is_there_after_any_kill() {
    let (_directory, data) = place();
    let address = free_address();
    let mut acknowledged: HashSet<(u8, BlockId)> = HashSet::new();
    for round in 0..ROUNDS {
        let node = Node::start(&data, &address, &[]);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(publish_until_gone(node.tangle(), writer)))
            .collect();
        tokio::time::sleep(Duration::from_millis(40 + 17 * round)).await;
        node.kill();
        for (writer, ids) in (0..WRITERS).zip(writers) {
            acknowledged.extend(ids.await.unwrap().into_iter().map(|id| (writer, id)));
        }
    }
    assert!(
        acknowledged.len() > 100,
        "only {} blocks were acknowledged",
        acknowledged.len()
    );

    let node = Node::start(&data, &address, &[]);
    let mut found = HashSet::new();
    for writer in 0..WRITERS {
        let (tangle, mut after) = (node.tangle(), None);
        loop {
            let page = tangle.by_tag_after(Tag([writer; 32]), after).await.unwrap();
            found.extend(page.blocks.into_iter().map(|stored| (writer, stored.id)));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    assert_eq!(
        acknowledged.difference(&found).count(),
        0,
        "acknowledged blocks were lost"
    );
}

async fn publish_until_gone(tangle: Arc<dyn Tangle>, writer: u8) -> Vec<BlockId> {
    let mut ids = Vec::new();
    loop {
        match tangle.publish(Tag([writer; 32]), &[writer; 4_096]).await {
            Ok(id) => ids.push(id),
            Err(error) if error.is_temporary() => return ids,
            Err(error) => panic!("{error}"),
        }
    }
}
