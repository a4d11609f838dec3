/**
 * The leader of the batches. Every decision is a word on the topic first; what it asks for is done
 * when the word has been read back. So a leader that dies is followed by one that knows as much,
 * and one that was only away finds that its words are nothing any more.
 */
@NullMarked
package io.godwit.batch.lead;

import org.jspecify.annotations.NullMarked;
