/** What {@code /proc} tells that more than one service wants to know (proc(5)). */
@NullMarked
package io.godwit.proc;

import org.jspecify.annotations.NullMarked;
