//! Empty: this package is its tests, which attack the examples over real sockets.
