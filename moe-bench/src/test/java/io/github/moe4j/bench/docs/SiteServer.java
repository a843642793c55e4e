package io.github.moe4j.bench.docs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the folder of a site under a path, to this machine only. It tells browsers to load nothing from other hosts: an
 * attempt is then a message on the console.
 */
final class SiteServer implements AutoCloseable {
  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "json", "application/json",
      "svg", "image/svg+xml",
      "png", "image/png",
      "gif", "image/gif");
  private static final String THIS_HOST_ONLY =
      "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

  private final Path folder;
  private final String base;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  private SiteServer(Path folder, String base) throws IOException {
    this.folder = folder;
    this.base = base;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** Serves a folder until it is closed; the base begins and ends with a slash. */
  static SiteServer of(Path folder, String base) throws IOException {
    SiteServer site = new SiteServer(folder, base);
    site.server.createContext(base, site::answer);
    site.server.createContext("/favicon.ico", SiteServer::answerEmpty);
    site.server.setExecutor(site.threads);
    site.server.start();
    return site;
  }

  /** The address of a file of the site; the empty name is that of its first page. */
  URI address(String name) {
    InetSocketAddress host = server.getAddress();
    return URI.create(
        "http://%s:%d%s%s".formatted(host.getHostString(), host.getPort(), base, name));
  }

  /** The file that answers an address of this server; it need not exist. */
  Path file(URI address) {
    String name = address.getPath().substring(base.length());
    return folder.resolve(name.isEmpty() || name.endsWith("/") ? name + "index.html" : name);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = file(exchange.getRequestURI()).normalize();
      boolean found = file.startsWith(folder) && Files.isRegularFile(file);
      byte[] bytes = Files.readAllBytes(found ? file : folder.resolve("404.html"));
      String name = file.getFileName().toString();
      String type = TYPES.get(found ? name.substring(name.lastIndexOf('.') + 1) : "html");
      if (type != null) {
        exchange.getResponseHeaders().set("Content-Type", type);
      }
      exchange.getResponseHeaders().set("Content-Security-Policy", THIS_HOST_ONLY);
      exchange.sendResponseHeaders(found ? 200 : 404, bytes.length == 0 ? -1 : bytes.length);
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }

  /** Browsers ask for a page's icon of their own accord. */
  private static void answerEmpty(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(204, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
