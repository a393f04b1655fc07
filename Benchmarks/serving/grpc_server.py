"""Python gRPC with bytes for messages, so that no protobuf is decoded. Arguments: the graph, the port."""
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from scorer import Scorer

scorer = Scorer(sys.argv[1])
handler = grpc.unary_unary_rpc_method_handler(lambda data, context: scorer.score(data))
server = grpc.server(ThreadPoolExecutor(1))
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("Ranking", {"Score": handler})])
server.add_insecure_port(f"127.0.0.1:{sys.argv[2]}")
server.start()
server.wait_for_termination()
