package io.github.moe4j.bench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(DoctorCommand command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void call_givenFacts_printsTheReport() {
    Facts facts = GivenFacts.of(GivenFacts.NO_MODULE, GivenFacts.OLD);
    assertEquals(0, execute(new DoctorCommand(() -> facts)));
    assertEquals(Report.of(facts), out.toString().lines().toList());
    assertEquals("", err.toString());
  }

  @Test
  void call_json_factsAndAdvice() throws IOException {
    Facts facts = GivenFacts.of(GivenFacts.NO_MODULE, GivenFacts.OLD);
    assertEquals(0, execute(new DoctorCommand(() -> facts), "--json"));
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertEquals("17.0.9", json.at("/facts/java/version").asText());
    assertEquals(147.4, json.at("/facts/speeds/limit/gflops/perThread").asDouble());
    assertEquals("Sandybridge", json.at("/facts/blas/core").asText());
    assertEquals(2, json.get("advice").size());
  }

  /** Measures for little more than a second. */
  @Test
  void call_thisMachine_exitCode0AndMeasuredSpeeds() throws IOException {
    assertEquals(0, execute(new DoctorCommand(), "--json"), err.toString());
    JsonNode facts = new ObjectMapper().readTree(out.toString()).get("facts");
    assertEquals(List.of("moe4j", "ND4J", "JavaCPP", "OpenBLAS"), names(facts.get("versions")));
    assertEquals(System.getProperty("java.version"), facts.at("/java/version").asText());
    assertEquals(Kernels.chosen().isPresent(), facts.at("/kernels/running").asBoolean());
    assertEquals(Kernels.peakRate().isPresent(), !facts.at("/speeds/limit").isNull());
    assertEquals("CpuBackend", facts.at("/blas/backend").asText());
    for (String speed : List.of("layerGflops", "blasGflops")) {
      assertTrue(facts.at("/speeds/" + speed).asDouble() > 0, out.toString());
    }
    assertTrue(facts.at("/speeds/memory/read/together").asDouble() > 0, out.toString());
    assertTrue(facts.at("/memory/heap").asLong() > 0, out.toString());
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
