"""What is served most plainly: a REP in Python in front of XGBoost's inplace_predict, on one thread.

Arguments: the model, the endpoint, and the features of a row. Bytes of float32 rows come in, bytes of scores go out."""
import sys

import numpy as np
import xgboost
import zmq

booster = xgboost.Booster({"nthread": 1}, model_file=sys.argv[1])
features = int(sys.argv[3])
socket = zmq.Context().socket(zmq.REP)
socket.bind(sys.argv[2])
while True:
    rows = np.frombuffer(socket.recv(), "<f4").reshape(-1, features)
    socket.send(booster.inplace_predict(rows).tobytes())
