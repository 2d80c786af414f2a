//! Faults injected on purpose into `vexil serve`, as a process of its own.

mod crash;
mod support;
