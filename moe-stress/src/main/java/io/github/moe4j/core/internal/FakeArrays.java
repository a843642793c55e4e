package io.github.moe4j.core.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays without memory, of which only is asked whether they are closed. */
final class FakeArrays {
  private FakeArrays() {}

  static INDArray open() {
    return of(false);
  }

  static INDArray closed() {
    return of(true);
  }

  private static INDArray of(boolean wasClosed) {
    Object data = proxy(
        DataBuffer.class,
        (self, method, arguments) -> method.getName().equals("wasClosed")
            ? (Object) wasClosed
            : objects(self, method.getName(), arguments));
    return (INDArray) proxy(
        INDArray.class,
        (self, method, arguments) ->
            method.getName().equals("data") ? data : objects(self, method.getName(), arguments));
  }

  private static Object objects(Object self, String method, Object[] arguments) {
    return switch (method) {
      case "hashCode" -> System.identityHashCode(self);
      case "equals" -> self == arguments[0];
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private static Object proxy(Class<?> type, InvocationHandler handler) {
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }
}
