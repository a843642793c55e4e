package io.github.moe4j.bench.peers.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** A session over a model of one layer; tokens and outputs stay in the same memory for all passes. */
final class OnnxLayer implements PeerLayer {
  static final String OPTIONS = "all optimizations, sequential, spinning threads";

  private final OrtSession session;
  private final FloatBuffer y;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;

  OnnxLayer(PeerCase work) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = options()) {
      this.session = environment.createSession(MoeModel.of(work), options);
    }
    long[] shape = {work.shape().tokens(), work.shape().width()};
    FloatBuffer x = direct(work.x().length).put(work.x()).rewind();
    this.y = direct(work.x().length);
    this.inputs = Map.of(MoeModel.INPUT, OnnxTensor.createTensor(environment, x, shape));
    this.outputs = Map.of(MoeModel.OUTPUT, OnnxTensor.createTensor(environment, y, shape));
  }

  /** Threads spin, as they do by default: faster for small shapes, no slower for large ones. */
  private static SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(OnnxRuntime.threads());
    options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
    return options;
  }

  private static FloatBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public Map<String, float[]> results() {
    run();
    float[] values = new float[y.capacity()];
    y.get(0, values);
    return Map.of("y", values);
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
