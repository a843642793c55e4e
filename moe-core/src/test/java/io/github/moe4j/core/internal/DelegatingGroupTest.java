package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DelegatingGroupTest {
  private final List<Object> calls = new ArrayList<>();
  private final long[][] gathered = {{1}, {2}};
  private final Group part = Group.single();

  /** Records what it is asked, with the arguments. */
  private Group recording() {
    return (Group) Proxy.newProxyInstance(
        Group.class.getClassLoader(), new Class<?>[] {Group.class}, (proxy, method, arguments) -> {
          calls.add(method.getName());
          if (arguments != null) {
            calls.addAll(List.of(arguments));
          }
          return switch (method.getName()) {
            case "rank" -> 3;
            case "size" -> 7;
            case "allGather" -> gathered;
            case "split" -> part;
            case "toString" -> "the inner group";
            default -> null;
          };
        });
  }

  @Test
  void any_reachesTheInnerGroup() {
    Group group = new DelegatingGroup(recording()) {};
    INDArray rows = Nd4j.zeros(DataType.FLOAT, 2, 3);
    RankRows send = new RankRows(rows, new int[] {0, 1, 2});
    RankRows receive = new RankRows(rows, new int[] {0, 2, 2});
    Throwable cause = new IllegalStateException("why");
    long[] own = {5};
    assertEquals(3, group.rank());
    assertEquals(7, group.size());
    group.allToAll(send, receive);
    assertArrayEquals(gathered, group.allGather(own));
    group.allReduce(rows);
    group.barrier();
    group.abort(cause);
    assertSame(part, group.split(4));
    group.close();
    assertEquals("the inner group", group.toString());
    assertEquals(
        List.of(
            "rank",
            "size",
            "allToAll",
            send,
            receive,
            "allGather",
            own,
            "allReduce",
            rows,
            "barrier",
            "abort",
            cause,
            "split",
            4,
            "close",
            "toString"),
        calls);
  }
}
