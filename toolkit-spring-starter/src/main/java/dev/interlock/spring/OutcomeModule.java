package dev.interlock.spring;

import tools.jackson.databind.JacksonModule;

/** Forms of result types that only a part of the framework knows, kept apart from the modules of the application's JSON. */
public record OutcomeModule(JacksonModule module) {}
