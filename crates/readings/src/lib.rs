//! What is measured: readings, units, lanes, intervals, the batch codec and exports.
