package nanofleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Reads parameters with the role of the instance. */
final class ParameterStore {
  record Parameter(String name, String version, String value) {}

  private static final Duration ANSWER = Duration.ofSeconds(5);
  /** Credentials are replaced at least this long before they end (EC2 User Guide). */
  private static final Duration EARLY = Duration.ofMinutes(5);
  private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(ANSWER).build();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private ParameterStore() {}

  /** GetParameters, signed by hand (IAM User Guide, "Create a signed AWS API request"). */
  static List<Parameter> ask(List<String> names, boolean decrypted)
      throws IOException, InterruptedException {
    var region = variable("AWS_REGION", null);
    if (region == null) region = metadata("placement/region");
    var address = variable("AWS_ENDPOINT_URL_SSM", variable("AWS_ENDPOINT_URL", null));
    if (address == null) address = "https://ssm." + region + "." + metadata("services/domain") + "/";
    var role = role();
    var body = "{\"Names\":[\"" + String.join("\",\"", names) + "\"],\"WithDecryption\":" + decrypted + "}";
    var now = TIME.format(Instant.now());
    var headers = new TreeMap<String, String>(Map.of(
        "content-type", "application/x-amz-json-1.1",
        "host", URI.create(address).getAuthority(),
        "x-amz-date", now,
        "x-amz-security-token", (String) role.get("Token"),
        "x-amz-target", "AmazonSSM.GetParameters"));
    var signed = String.join(";", headers.keySet());
    var lines = new StringBuilder();
    headers.forEach((name, value) -> lines.append(name).append(':').append(value).append('\n'));
    var canonical = String.join("\n", "POST", "/", "", lines, signed, sha256(body));
    var scope = now.substring(0, 8) + "/" + region + "/ssm/aws4_request";
    var key = ("AWS4" + role.get("SecretAccessKey")).getBytes(StandardCharsets.UTF_8);
    for (var part : scope.split("/")) key = hmac(key, part);
    var text = String.join("\n", "AWS4-HMAC-SHA256", now, scope, sha256(canonical));
    var request = HttpRequest.newBuilder(URI.create(address)).timeout(ANSWER).POST(BodyPublishers.ofString(body))
        .version(HttpClient.Version.HTTP_1_1)
        .header("authorization", "AWS4-HMAC-SHA256 Credential=" + role.get("AccessKeyId") + "/" + scope
            + ", SignedHeaders=" + signed + ", Signature=" + HexFormat.of().formatHex(hmac(key, text)));
    // The client writes this one itself.
    headers.remove("host");
    headers.forEach(request::header);
    var answer = CLIENT.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200)
      throw new IOException("Parameter Store answers " + answer.statusCode() + ": " + start(answer.body()));
    var found = new ArrayList<Parameter>();
    for (var one : (List<?>) ((Map<?, ?>) new Json(answer.body()).value()).get("Parameters")) {
      var parameter = (Map<?, ?>) one;
      found.add(new Parameter((String) parameter.get("Name"), (String) parameter.get("Version"),
          (String) parameter.get("Value")));
    }
    return found;
  }

  private static String start(String text) { return text.substring(0, Math.min(300, text.length())); }

  private static String sha256(String text) {
    try {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException cause) {
      throw new IllegalStateException(cause);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException cause) {
      throw new IllegalStateException(cause);
    }
  }

  private static Map<?, ?> credentials;

  /** Those of the instance's role, until shortly before they end. */
  private static synchronized Map<?, ?> role() throws IOException, InterruptedException {
    if (credentials != null) {
      var until = Instant.parse((String) credentials.get("Expiration")).minus(EARLY);
      if (Instant.now().isBefore(until)) return credentials;
    }
    var role = metadata("iam/security-credentials/");
    credentials = (Map<?, ?>) new Json(metadata("iam/security-credentials/" + role)).value();
    return credentials;
  }

  /** A value of the instance metadata service, version 2. */
  private static String metadata(String path) throws IOException, InterruptedException {
    var base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254");
    var put = BodyPublishers.noBody();
    var token = at("PUT", put, base + "/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", "60");
    return at("GET", put, base + "/latest/meta-data/" + path, "x-aws-ec2-metadata-token", token);
  }

  private static String at(String method, BodyPublisher body, String url, String header, String value)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(ANSWER).header(header, value).method(method, body);
    var answer = CLIENT.send(request.version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofString());
    if (answer.statusCode() == 200) return answer.body();
    throw new IOException("the metadata service answers " + answer.statusCode() + " for " + url);
  }

  private static String variable(String name, String other) { return System.getenv().getOrDefault(name, other); }

  /** As much of JSON as AWS answers with: numbers, true, false and null stay text. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) { this.text = text; }

    Object value() {
      skip();
      switch (text.charAt(at)) {
        case '{': {
          var map = new LinkedHashMap<String, Object>();
          for (at++, skip(); text.charAt(at) != '}'; skip()) {
            var name = string();
            skip();
            at++;
            map.put(name, value());
            skip();
            if (text.charAt(at) == ',') at++;
            skip();
          }
          at++;
          return map;
        }
        case '[': {
          var list = new ArrayList<Object>();
          for (at++, skip(); text.charAt(at) != ']'; skip()) {
            list.add(value());
            skip();
            if (text.charAt(at) == ',') at++;
          }
          at++;
          return list;
        }
        case '"':
          return string();
        default: {
          var from = at;
          while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
          return text.substring(from, at);
        }
      }
    }

    private void skip() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private String string() {
      var out = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        if (text.charAt(at) != '\\') {
          out.append(text.charAt(at));
          continue;
        }
        var letter = text.charAt(++at);
        var plain = "bfnrt".indexOf(letter);
        if (letter == 'u') {
          out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        } else out.append(plain < 0 ? letter : "\b\f\n\r\t".charAt(plain));
      }
      at++;
      return out.toString();
    }
  }
}
