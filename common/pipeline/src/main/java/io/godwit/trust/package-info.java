/**
 * Who has said what: records are signed by the service that makes them (DSSE over Ed25519), and
 * verified before a byte of them is used. {@link io.godwit.trust.Trust} is what a service knows of
 * its own key and of others'; a key's name says for which machine it speaks ({@link
 * io.godwit.trust.KeyName}).
 */
@NullMarked
package io.godwit.trust;

import org.jspecify.annotations.NullMarked;
