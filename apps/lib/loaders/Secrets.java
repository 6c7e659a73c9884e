package nanofleet;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The secrets of this service: those that {@code secrets} in app.yml names, read with the role of the instance. A
 * thread looks at them again about once a minute, so that a new value is here without a restart. Two files
 * without packages, for Java 17 and newer, written by {@code nanofleet secrets loader java}; docs/secrets.md says how
 * it works.
 *
 * <pre>
 * var secrets = Secrets.open();
 * connect(secrets.get("DB_PASSWORD"));
 * </pre>
 */
public final class Secrets implements AutoCloseable {
  /** GetParameters takes ten names (Systems Manager API Reference). */
  private static final int NAMES = 10;

  private final Map<String, List<String>> wanted;
  private final Map<String, ParameterStore.Parameter> known = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile Thread watcher;

  /** A secret that app.yml names has no value. */
  public static final class NotSet extends IOException {
    NotSet(String name) {
      super("the secret " + name + " is not set; set it with \"nanofleet secrets set\"");
    }
  }

  private Secrets(Map<String, List<String>> wanted) { this.wanted = wanted; }

  /** As {@link #open(Duration, Duration)}, looking each minute and trying for 30 seconds at the start. */
  public static Secrets open() throws IOException, InterruptedException {
    return open(Duration.ofMinutes(1), Duration.ofSeconds(30));
  }

  /**
   * Reads all secrets of this service. Without NANOFLEET_SECRETS, as on a developer's machine, a secret is the
   * variable of its name.
   *
   * @param every how long to look for new values; a fifth more or less, so that instances do not ask at once
   * @param start how long to try before giving up
   */
  public static Secrets open(Duration every, Duration start) throws IOException, InterruptedException {
    var secrets = new Secrets(places(System.getenv().getOrDefault("NANOFLEET_SECRETS", "")));
    if (secrets.wanted.isEmpty()) return secrets;
    secrets.readAll(start);
    secrets.watcher = new Thread(() -> secrets.watch(every), "secrets");
    secrets.watcher.setDaemon(true);
    secrets.watcher.start();
    return secrets;
  }

  /** The value; NoSuchElementException for a name that app.yml does not give this service. */
  public String get(String name) {
    var found = known.get(name);
    if (found != null) return found.value();
    var own = wanted.isEmpty() ? System.getenv(name) : null;
    if (own != null) return own;
    throw new NoSuchElementException(name + " is no secret of this service; name it in app.yml");
  }

  /** Calls back with the name after each change of a value, on the thread that looks. */
  public void onChange(Consumer<String> listener) { listeners.add(listener); }

  /** Ends looking for new values. */
  @Override
  public void close() {
    var thread = watcher;
    watcher = null;
    if (thread != null) thread.interrupt();
  }

  /** A new role may be unknown for seconds, and a busy machine slow. */
  private void readAll(Duration start) throws IOException, InterruptedException {
    var end = Instant.now().plus(start);
    for (long pause = 250;; pause = Math.min(2 * pause, 4000)) {
      try {
        known.putAll(read(List.copyOf(wanted.keySet()), true));
        return;
      } catch (IOException error) {
        if (error instanceof NotSet || Instant.now().plusMillis(pause).isAfter(end)) throw error;
        Thread.sleep(pause);
      }
    }
  }

  private void watch(Duration every) {
    var failing = "";
    while (watcher != null) {
      try {
        Thread.sleep((long) (every.toMillis() * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
        look();
        failing = "";
      } catch (InterruptedException end) {
        return;
      } catch (IOException | RuntimeException error) {
        if (!failing.equals(error.getMessage()))
          System.err.println("secrets stay as they are: " + error.getMessage());
        failing = String.valueOf(error.getMessage());
      }
    }
  }

  /** Asks for versions only, which KMS has no part in and does not bill; what is new is read. */
  private void look() throws IOException, InterruptedException {
    var versions = read(List.copyOf(wanted.keySet()), false);
    var changed = new ArrayList<String>();
    versions.forEach((name, now) -> {
      var before = known.get(name);
      if (!now.name().equals(before.name()) || !now.version().equals(before.version())) changed.add(name);
    });
    if (changed.isEmpty()) return;
    read(changed, true).forEach((name, now) -> {
      var before = known.put(name, now);
      if (!now.value().equals(before.value())) listeners.forEach(listener -> listener.accept(name));
    });
  }

  /** {@code NAME=/first|/second,…}: the parameters that a secret may be in; the first that exists counts. */
  private static Map<String, List<String>> places(String text) {
    var places = new LinkedHashMap<String, List<String>>();
    for (var entry : text.split(",")) {
      var at = entry.indexOf('=');
      if (at > 0) places.put(entry.substring(0, at), List.of(entry.substring(at + 1).split("\\|")));
    }
    return places;
  }

  private Map<String, ParameterStore.Parameter> read(List<String> names, boolean decrypted)
      throws IOException, InterruptedException {
    var all = names.stream().flatMap(name -> wanted.get(name).stream()).toList();
    var found = new TreeMap<String, ParameterStore.Parameter>();
    for (int at = 0; at < all.size(); at += NAMES)
      for (var one : ParameterStore.ask(all.subList(at, Math.min(at + NAMES, all.size())), decrypted)) found.put(one.name(), one);
    var secrets = new LinkedHashMap<String, ParameterStore.Parameter>();
    for (var name : names) {
      var first = wanted.get(name).stream().filter(found::containsKey).findFirst();
      secrets.put(name, found.get(first.orElseThrow(() -> new NotSet(name))));
    }
    return secrets;
  }
}
