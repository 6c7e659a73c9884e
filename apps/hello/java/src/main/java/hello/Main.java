package hello;

import com.eclipsesource.json.Json;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Answers who it is. */
public class Main {
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  public static void main(String[] args) throws Exception {
    // On AWS HOST is not set: all addresses.
    var port = Integer.parseInt(variable("PORT", "8080"));
    var server = HttpServer.create(new InetSocketAddress(variable("HOST", "0.0.0.0"), port), 0);
    server.createContext("/", exchange -> {
      var text = exchange.getRequestURI().getPath().equals("/healthz") ? "ok\n" : hello();
      exchange.sendResponseHeaders(200, text.getBytes().length);
      try (var body = exchange.getResponseBody()) { body.write(text.getBytes()); }
    });
    server.start();
  }

  static String hello() {
    var token = ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60");
    var path = "/latest/dynamic/instance-identity/document";
    var document = Json.parse(ask("GET", path, "X-aws-ec2-metadata-token", token)).asObject();
    return "hello from java on " + document.getString("instanceId", "no instance") + "\n";
  }

  static String ask(String method, String path, String header, String value) {
    var url = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254") + path;
    var request = HttpRequest.newBuilder(URI.create(url)).header(header, value);
    try {
      return CLIENT.send(request.method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString()).body();
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  static String variable(String name, String other) { return System.getenv().getOrDefault(name, other); }
}
