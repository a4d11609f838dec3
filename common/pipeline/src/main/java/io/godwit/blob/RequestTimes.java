package io.godwit.blob;

import io.godwit.service.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/** How long the store takes until it answers; what it then sends is no part of it. */
final class RequestTimes implements Interceptor {
  private final MeterRegistry metrics;

  RequestTimes(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Timer.Sample sample = Timer.start(metrics);
    int status = 0;
    try {
      Response response = chain.proceed(chain.request());
      status = response.code();
      return response;
    } finally {
      sample.stop(
          Metric.BLOBS_REQUEST.timer(
              metrics, "method", chain.request().method(), "status", Integer.toString(status)));
    }
  }
}
