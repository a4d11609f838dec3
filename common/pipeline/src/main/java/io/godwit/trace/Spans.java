package io.godwit.trace;

import io.godwit.service.Settings;

/** Where spans go. Never waits, never throws. */
public interface Spans extends AutoCloseable {
  /** Nowhere. */
  Spans NONE =
      new Spans() {
        @Override
        public void ended(Span span) {}

        @Override
        public void close() {}
      };

  /** Over OTLP where the settings name a collector; else nowhere. */
  static Spans of(Settings settings, String service) {
    return settings.otlpEndpoint().<Spans>map(url -> new OtlpSpans(url, service)).orElse(NONE);
  }

  void ended(Span span);

  /** Waits a few seconds for what is still to be exported. */
  @Override
  void close();
}
