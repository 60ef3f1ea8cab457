//! The Tangle as the rest of the house sees it: publish, look up by tag, watch, confirm.
