package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaseConfigTest {
  private static CaseConfig config(String json) {
    return TestCases.parse("{'case':'f__v','config':"
            + json
            + ",'inputs':{},'outputs':{'y':{'shape':[],'dtype':'bool','data':[1]}},'gradients':{}}")
        .config();
  }

  @Test
  void lists_ofTheirKind_areRead() {
    CaseConfig config = config("{'names':['a','b'],'factors':[1,0.5],'none':[]}");
    assertEquals(List.of("a", "b"), config.texts("names"));
    assertArrayEquals(new double[] {1, 0.5}, config.numbers("factors"));
    assertEquals(List.of(), config.texts("none"));
  }

  @Test
  void lists_ofAnotherKind_areDamaged() {
    CaseConfig config = config("{'mixed':['a',1],'text':'a'}");
    DamagedCaseException e = assertThrows(DamagedCaseException.class, () -> config.texts("mixed"));
    assertEquals("config mixed must be a list of texts but is [\"a\",1]", e.getMessage());
    assertThrows(DamagedCaseException.class, () -> config.numbers("mixed"));
    assertThrows(DamagedCaseException.class, () -> config.texts("text"));
    assertThrows(DamagedCaseException.class, () -> config.texts("absent"));
  }

  @Test
  void section_options_areThoseBelow() {
    CaseConfig config = config("{'optimizer':{'lr':0.5,'flag':false},'steps':3}");
    assertEquals(0.5, config.section("optimizer").number("lr"));
    assertThrows(DamagedCaseException.class, () -> config.section("steps"));
    config.section("optimizer").requireKnown("lr");
    assertThrows(
        UnsupportedCaseException.class, () -> config.section("optimizer").requireKnown("flag"));
  }

  @Test
  void unread_options_thoseNobodyAskedFor() {
    CaseConfig config = config("{'a':1,'b':2,'c':null,'d':4}");
    config.integer("a");
    config.isSet("d");
    assertEquals(List.of("b"), config.unread());
  }
}
