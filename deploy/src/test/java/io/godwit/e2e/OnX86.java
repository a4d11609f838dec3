package io.godwit.e2e;

import io.godwit.cores.KeepsACoreBusy;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/** Tests with the virtual x86_64 machine: one after the other, beside those of other machines. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@KeepsACoreBusy(World.X86)
@ExtendWith(World.Given.class)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = World.X86, target = ResourceLockTarget.CHILDREN)
@ResourceLock(
    value = World.STANDALONE,
    mode = ResourceAccessMode.READ,
    target = ResourceLockTarget.CHILDREN)
@interface OnX86 {}
