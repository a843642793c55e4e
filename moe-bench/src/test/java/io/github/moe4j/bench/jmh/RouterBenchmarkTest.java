package io.github.moe4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.lab.routers.RouterCatalogue;
import io.github.moe4j.lab.routers.RouterEntry;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class RouterBenchmarkTest {
  @Test
  void router_parameters_areThoseOfTheCatalogue() throws NoSuchFieldException {
    String[] names =
        RouterBenchmark.class.getField("router").getAnnotation(Param.class).value();
    List<String> expected =
        RouterCatalogue.all().stream().map(RouterEntry::name).toList();
    assertEquals(expected, Arrays.asList(names));
  }
}
