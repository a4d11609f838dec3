package io.godwit.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives every test of a class the one lab, which is closed after them. */
final class OneLab implements ParameterResolver {
  private Optional<Throwable> broken = Optional.empty();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Lab.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext ofClass = context;
    while (ofClass.getTestMethod().isPresent()) {
      ofClass = ofClass.getParent().orElseThrow();
    }
    return ofClass
        .getStore(Namespace.create(Lab.class))
        .computeIfAbsent(Lab.class, key -> create(), Lab.class);
  }

  private Lab create() {
    // Once: each row would wait as long for what does not come.
    broken.ifPresent(why -> {
      throw new AssertionError("the lab did not start for an earlier test", why);
    });
    try {
      // A short path: sockets lie in it, and the kernel takes 107 bytes.
      Lab lab =
          new Lab(
              Path.of(System.getProperty("godwit.root")).toAbsolutePath().normalize(),
              Files.createTempDirectory("gm"),
              Map.of());
      try {
        lab.start();
        return lab;
      } catch (IOException | RuntimeException | Error e) {
        broken = Optional.of(e);
        lab.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
