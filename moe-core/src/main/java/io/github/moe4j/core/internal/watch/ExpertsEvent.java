package io.github.moe4j.core.internal.watch;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("moe4j.Experts")
@Label("Experts")
@Description("Expert networks, shared ones included")
final class ExpertsEvent extends StageEvent {}
