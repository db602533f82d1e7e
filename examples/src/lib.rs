//! Programs to run and to read; see the folders beside this one.
