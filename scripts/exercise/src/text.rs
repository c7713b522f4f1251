//! The text of an exercise.
