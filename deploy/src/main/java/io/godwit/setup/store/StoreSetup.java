package io.godwit.setup.store;

import io.minio.MinioClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.OkHttpClient;

/**
 * Makes what is missing of a store, and says what is wrong with what is there. Done again it
 * changes nothing that is right.
 */
public final class StoreSetup {
  private final Place place;
  private final Consumer<String> say;
  private final Clock clock;

  /**
   * Which store.
   *
   * @param operator keys that may do everything
   */
  public record Place(URI endpoint, String region, String bucket, Keys operator) {}

  /**
   * @param say told what is done, one line each
   */
  public StoreSetup(Place place, Consumer<String> say, Clock clock) {
    this.place = place;
    this.say = say;
    this.clock = clock;
  }

  /**
   * What is to be made.
   *
   * @param roles who gets keys
   * @param keys the folder where they lie, or are put
   * @param dryRun says what would be done, and changes nothing
   */
  public record Wish(List<StoreRole> roles, Optional<Path> keys, boolean dryRun) {
    /** Copies the list. */
    public Wish {
      roles = List.copyOf(roles);
    }
  }

  /**
   * Makes it.
   *
   * @return what is wrong and only the operator can mend; empty where all is right
   * @throws IOException when the store does not answer or refuses
   */
  public List<String> make(Wish wish) throws IOException {
    OkHttpClient http = new OkHttpClient();
    try {
      return make(wish, http);
    } finally {
      http.dispatcher().executorService().shutdown();
      http.connectionPool().evictAll();
    }
  }

  private List<String> make(Wish wish, OkHttpClient http) throws IOException {
    MinioClient client = client(place.operator(), http);
    MinioAdmin admin =
        new MinioAdmin(http, place.endpoint(), place.region(), place.operator(), clock);
    BucketCheck bucket = new BucketCheck(client, place.bucket());
    boolean there = bucket.isThere();
    if (!there && !wish.dryRun()) {
      bucket.make();
    }
    say.accept(
        "the bucket %s %s".formatted(place.bucket(), there ? "is there" : done(wish, "made")));
    boolean usable = there || !wish.dryRun();
    List<String> problems = new ArrayList<>(usable ? bucket.problems() : List.of());
    if (admin.isThere() && wish.keys().isPresent()) {
      users(admin, wish, wish.keys().get());
    } else {
      policies(wish);
    }
    if (usable && wish.keys().isPresent()) {
      problems.addAll(rights(client, wish, wish.keys().get(), http));
    }
    return problems;
  }

  private void users(MinioAdmin admin, Wish wish, Path folder) throws IOException {
    for (StoreRole role : wish.roles()) {
      Optional<Keys> known = Keys.read(folder, role);
      if (!wish.dryRun()) {
        Keys keys = known.isPresent() ? known.get() : Keys.make(folder, role);
        admin.setPolicy(role.user(), role.policy(place.bucket()));
        admin.setUser(keys);
        admin.attach(role.user(), keys.access());
      }
      say.accept(
          "the user %s %s, with the policy %s and the keys %s %s"
              .formatted(
                  known.map(Keys::access).orElse(role.user()),
                  done(wish, "set"),
                  role.user(),
                  known.isPresent() ? "that are in" : "made for",
                  Keys.secret(folder, role)));
    }
  }

  private void policies(Wish wish) {
    say.accept(
        wish.keys().isPresent()
            ? "this store has no users that could be made from here: make them with these policies, and put their keys into the folder"
            : "no folder for keys is given, so no users are made; these are their policies");
    for (StoreRole role : wish.roles()) {
      say.accept("%s:%n%s".formatted(role.user(), role.policy(place.bucket())));
    }
  }

  private List<String> rights(MinioClient operator, Wish wish, Path folder, OkHttpClient http)
      throws IOException {
    List<String> problems = new ArrayList<>();
    RoleCheck check = new RoleCheck(operator, place.bucket());
    for (StoreRole role : wish.roles()) {
      Optional<Keys> keys = Keys.read(folder, role);
      if (keys.isPresent()) {
        problems.addAll(check.problems(role, client(keys.get(), http)));
        say.accept("the rights of %s were tried".formatted(role.name()));
      }
    }
    return problems;
  }

  private static String done(Wish wish, String what) {
    return (wish.dryRun() ? "would be " : "was ") + what;
  }

  private MinioClient client(Keys keys, OkHttpClient http) {
    return MinioClient.builder()
        .endpoint(place.endpoint().toString())
        .region(place.region())
        .credentials(keys.access(), keys.secret())
        .httpClient(http)
        .build();
  }
}
