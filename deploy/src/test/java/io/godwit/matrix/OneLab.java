package io.godwit.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives every test of a class the one lab, which is closed after them. */
final class OneLab implements ParameterResolver {
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

  private static Lab create() {
    try {
      // A short path: sockets lie in it, and the kernel takes 107 bytes.
      return new Lab(
          Path.of(System.getProperty("godwit.root")).toAbsolutePath().normalize(),
          Files.createTempDirectory("gm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
