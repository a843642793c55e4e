package io.github.moe4j.core.internal.watch;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("moe4j.Dispatch")
@Label("Dispatch")
@Description("Order of the rows and their copy to the experts")
final class DispatchEvent extends StageEvent {}
