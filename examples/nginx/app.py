"""网站的代码，由 uWSGI 调用：一个请求，一次函数调用（WSGI，PEP 3333）。
The code of the site, which uWSGI calls: a request is one call of a function (WSGI, PEP 3333)."""


# ANCHOR: app
# environ 是字典：请求里的一切，和服务器加上的。
# environ is a dictionary: all of the request, and what the servers added.
def application(environ, start_response):
    guest = environ["REMOTE_ADDR"]
    fields = sorted(name for name in environ if name.startswith("HTTP_"))
    # 大写的名字从 uwsgi 请求来；wsgi. 开头的是 uWSGI 加的。
    # Names in capitals came in the uwsgi request; uWSGI adds wsgi.…
    lines = [
        "你好，这里是应用服务器。 Hello from the application server.",
        f"你从 {guest} 来。 You come from {guest}.",
        told("首部 header fields", environ, fields),
        told("Nginx", environ, ["REMOTE_ADDR", "SERVER_PROTOCOL"]),
        told("uWSGI", environ, ["wsgi.version", "wsgi.url_scheme"]),
    ]
    body = "".join(f"{line}\n" for line in lines).encode()
    # 状态、首部、正文，别的不用管：端口、连接、超时都归服务器。
    # Status, header fields, body: ports, connections, timeouts are the server's.
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [body]
# ANCHOR_END: app


def told(who, environ, names):
    return f"{who}: " + ", ".join(f"{name}={environ[name]}" for name in names)
