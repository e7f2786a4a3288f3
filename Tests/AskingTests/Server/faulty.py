"""A server of OpenAI's chat protocol on loopback that fails to order, for tests.

usage: faulty.py SECONDS  (ends itself after so many; prints its port on the first line)

A question may hold orders in brackets, each obeyed once for that question: [429] [500] [cut] [slow]
[broken] [nonsense] [400]; [always500] is obeyed each time. Answers are `echo: ` and the question. GET /log gives, for each
question, how often it was asked and how often it was answered well; the most requests at once; the
times of requests; and the keys that were shown.
"""
import json, re, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()
asked, answered, used, keys, times = {}, {}, {}, set(), []
now = most = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except BrokenPipeError:
            pass  # who asked has given up

    def do_GET(self):
        with lock:
            self.reply(200, {"asked": asked, "answered": answered, "most": most,
                             "times": times, "keys": sorted(keys)})

    def do_POST(self):
        global now, most
        size = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(size))
        question = body["messages"][-1]["content"].split("\n\nAnswer with")[0]
        with lock:
            now += 1
            most = max(most, now)
            times.append(time.time())
            asked[question] = asked.get(question, 0) + 1
            keys.add(self.headers.get("Authorization", ""))
            orders = [o for o in re.findall(r"\[(\w+)\]", question)]
            done = used.setdefault(question, [])
            order = next((o for o in orders if o.startswith("always") or o not in done), None)
            if order and not order.startswith("always"):
                done.append(order)
        try:
            self.obey(order, question, body)
        finally:
            with lock:
                now -= 1

    def obey(self, order, question, body):
        if order in ("429",):
            return self.reply(429, {"error": "too many"}, [("Retry-After", "0.2")])
        if order in ("500", "always500"):
            return self.reply(500, {"error": "oops"})
        if order == "401":
            return self.reply(401, {"error": "wrong key " + self.headers.get("Authorization", "")})
        if order == "400":
            return self.reply(400, {"error": "too long"})
        if order == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [{"mess')
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True
            return
        if order == "slow":
            time.sleep(8)
        if order == "broken":
            return self.reply(200, b'{"choices": [{"message": {"content": "half')
        time.sleep(0.02)
        text = "echo: " + question
        if "response_format" in body:
            text = "I will not." if order == "nonsense" else json.dumps({"score": 3, "reason": question})
        with lock:
            if order != "slow":
                answered[question] = answered.get(question, 0) + 1
        self.reply(200, {
            "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5}})


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Timer(float(sys.argv[1]), server.shutdown).start()
server.serve_forever()
