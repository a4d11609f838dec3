package io.godwit.cores;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests of this kind, one or several at once, keep one core busy: the emulated processor of one
 * machine, or services that are killed and start again. Kinds beyond {@link Cores#COUNT} wait.
 */
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Cores.class)
public @interface KeepsACoreBusy {
  /** The kind; tests that may not run side by side lock something besides. */
  String value();
}
