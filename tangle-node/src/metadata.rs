//! What a node says about a block beside its content (IOTA TIP-25).

use serde::{Deserialize, Serialize};
use tangle::BlockId;

/// The metadata of a block, in the form of the REST and event interfaces.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    block_id: BlockId,
    parents: Vec<BlockId>,
    is_solid: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    referenced_by_milestone_index: Option<u32>,
    /// Of the milestone that the block itself carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    milestone_index: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger_inclusion_state: Option<InclusionState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    should_promote: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    should_reattach: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    white_flag_index: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum InclusionState {
    /// The only one without a ledger.
    NoTransaction,
}

/// Which milestone refers to a block, and where in its order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    pub(crate) milestone: u32,
    /// `None` for blocks that were there before the first milestone.
    pub(crate) white_flag: Option<u32>,
}

impl Metadata {
    /// Parents must be here, and young enough, before a block is taken: so everything here is solid, and nothing has
    /// to be promoted or attached again.
    pub(crate) fn unreferenced(
        block_id: BlockId,
        parents: Vec<BlockId>,
        milestone_index: Option<u32>,
    ) -> Self {
        Self {
            block_id,
            parents,
            is_solid: true,
            referenced_by_milestone_index: None,
            milestone_index,
            ledger_inclusion_state: None,
            should_promote: Some(false),
            should_reattach: Some(false),
            white_flag_index: None,
        }
    }

    /// Once a milestone refers to it, there is nothing left to be done for it.
    pub(crate) fn referenced(self, reference: Reference) -> Self {
        Self {
            referenced_by_milestone_index: Some(reference.milestone),
            ledger_inclusion_state: Some(InclusionState::NoTransaction),
            should_promote: None,
            should_reattach: None,
            white_flag_index: reference.white_flag,
            ..self
        }
    }
}
