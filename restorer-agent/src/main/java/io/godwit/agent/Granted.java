package io.godwit.agent;

import io.godwit.blob.Grants;
import io.godwit.contract.BlobGrant;
import io.godwit.messaging.Wire;
import java.util.List;
import java.util.function.Function;

/** Keeps what records allow to read, before they are handled. */
public record Granted(Grants grants) {
  /**
   * The same handler, which can fetch what its record names.
   *
   * @param inRecord the grants of a record
   */
  public <T> Wire.MessageHandler<T> taking(
      Function<T, List<BlobGrant>> inRecord, Wire.MessageHandler<T> handler) {
    return new Wire.MessageHandler<>() {
      @Override
      public void handle(String key, T message) throws Exception {
        grants.take(inRecord.apply(message));
        handler.handle(key, message);
      }

      @Override
      public void buried(String key, T message, Throwable cause) throws Exception {
        handler.buried(key, message, cause);
      }
    };
  }
}
