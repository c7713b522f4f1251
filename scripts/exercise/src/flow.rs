//! What a learner works with.
