/// ZMQ.
