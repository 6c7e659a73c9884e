package nanofleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a program run as a one-off task of Nanofleet: {@code nanofleet job <app> <service> -- <args>}. One file
 * without packages, for Java 17 and newer, written by {@code nanofleet job-loader java}; docs/jobs.md says how it
 * works.
 *
 * <pre>
 * Job.run(args -> migrate(args));
 * serve();
 * </pre>
 */
public final class Job {
  private static final int ATTEMPTS = 3;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** What a job does; it returns the exit code. */
  @FunctionalInterface
  public interface Task {
    int run(List<String> args) throws Exception;
  }

  private Job() {}

  /**
   * Runs the task and ends the program with its exit code, if this instance was started for a job; otherwise it
   * returns, and the program serves. Call it first in main. What the task throws is exit code 1. After System.exit in
   * it nobody reports, and the job ends as lost.
   */
  public static void run(Task task) {
    var given = System.getenv("NANOFLEET_JOB_ARGS");
    if (given == null) return;
    var code = guarded(task, given) & 255;
    System.out.flush();
    report(System.getenv().getOrDefault("NANOFLEET_JOB_RESULT", ""), code);
    System.exit(code);
  }

  private static int guarded(Task task, String given) {
    try {
      return task.run(texts(given));
    } catch (Throwable problem) {
      problem.printStackTrace();
      return 1;
    }
  }

  private static void report(String place, int code) {
    try {
      for (var attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (put(place, code)) return;
        Thread.sleep(attempt * 1000L);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether another attempt is useless. The address is in no message: until it expires, it is a secret. */
  private static boolean put(String place, int code) throws InterruptedException {
    try {
      var body = BodyPublishers.ofString("{\"exitCode\":" + code + "}");
      var request = HttpRequest.newBuilder(URI.create(place)).timeout(ANSWER).PUT(body).build();
      var client = HttpClient.newBuilder().connectTimeout(ANSWER).version(HttpClient.Version.HTTP_1_1).build();
      var status = client.send(request, BodyHandlers.discarding()).statusCode();
      if (status < 300) return true;
      tell("HTTP " + status);
      return status < 500;
    } catch (IOException problem) {
      tell(problem.getClass().getSimpleName());
      return false;
    } catch (IllegalArgumentException problem) {
      tell("NANOFLEET_JOB_RESULT is not an address");
      return true;
    }
  }

  private static void tell(String problem) {
    System.err.println("[nanofleet] the exit code cannot be reported: " + problem);
  }

  /** A JSON array of strings. */
  private static List<String> texts(String json) {
    var found = new ArrayList<String>();
    StringBuilder text = null;
    for (var at = 0; at < json.length(); at++) {
      var letter = json.charAt(at);
      if (text == null) {
        if (letter == '"') text = new StringBuilder();
      } else if (letter == '"') {
        found.add(text.toString());
        text = null;
      } else if (letter != '\\') {
        text.append(letter);
      } else if (json.charAt(++at) == 'u') {
        text.append((char) Integer.parseInt(json.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        var meant = "bfnrt".indexOf(json.charAt(at));
        text.append(meant < 0 ? json.charAt(at) : "\b\f\n\r\t".charAt(meant));
      }
    }
    return found;
  }
}
