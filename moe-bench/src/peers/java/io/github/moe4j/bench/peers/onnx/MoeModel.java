package io.github.moe4j.bench.peers.onnx;

import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.roofline.LayerShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A model of two nodes, the router's product and {@code com.microsoft.MoE}, with weights in it so
 * that the runtime may pack them. Field numbers are those of {@code onnx.proto}.
 */
final class MoeModel {
  static final String INPUT = "x";
  static final String OUTPUT = "y";

  private static final String DOMAIN = "com.microsoft";
  private static final long IR_VERSION = 8;
  private static final long OPSET = 17;
  private static final long FLOAT = 1;
  private static final long ATTRIBUTE_INT = 2;
  private static final long ATTRIBUTE_STRING = 3;

  private MoeModel() {}

  static byte[] of(PeerCase work) {
    LayerShape s = work.shape();
    Protobuf graph = new Protobuf()
        .message(1, node("MatMul", "", INPUT, "router").text(2, "logits"))
        .message(1, moe(s.k()))
        .text(2, "moe")
        .message(5, weight("router", transposed(work.router(), s), s.width(), s.experts()))
        .message(5, weight("up", work.up(), s.experts(), s.hidden(), s.width()))
        .message(5, weight("down", work.down(), s.experts(), s.width(), s.hidden()))
        .message(11, tokens(INPUT, s))
        .message(12, tokens(OUTPUT, s));
    return new Protobuf()
        .number(1, IR_VERSION)
        .message(8, new Protobuf().text(1, "").number(2, OPSET))
        .message(8, new Protobuf().text(1, DOMAIN).number(2, 1))
        .message(7, graph)
        .toBytes();
  }

  private static Protobuf moe(int k) {
    return node("MoE", DOMAIN, INPUT, "logits", "up", "", "down")
        .text(2, OUTPUT)
        .message(5, attribute("k", k))
        .message(5, attribute("normalize_routing_weights", 1))
        .message(
            5,
            new Protobuf()
                .text(1, "activation_type")
                .text(4, "silu")
                .number(20, ATTRIBUTE_STRING));
  }

  private static Protobuf node(String operator, String domain, String... inputs) {
    Protobuf node = new Protobuf();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(4, operator).text(7, domain);
  }

  private static Protobuf attribute(String name, long value) {
    return new Protobuf().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
  }

  private static Protobuf weight(String name, float[] values, long... shape) {
    Protobuf tensor = new Protobuf();
    for (long size : shape) {
      tensor.number(1, size);
    }
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
  }

  private static Protobuf tokens(String name, LayerShape shape) {
    Protobuf sizes = new Protobuf()
        .message(1, new Protobuf().number(1, shape.tokens()))
        .message(1, new Protobuf().number(1, shape.width()));
    Protobuf tensor = new Protobuf().number(1, FLOAT).message(2, sizes);
    return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
  }

  /** [E,D] as [D,E]. */
  private static float[] transposed(float[] router, LayerShape shape) {
    float[] transposed = new float[router.length];
    for (int i = 0; i < router.length; i++) {
      transposed[i % shape.width() * shape.experts() + i / shape.width()] = router[i];
    }
    return transposed;
  }
}
