package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.MavenProject;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Page;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Server;
import dev.hotswap.it.harness.Tool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A project of somebody who has read nothing but the page "Getting started": its blocks
 * go into a new project, its commands build and start that, and it hands over to a
 * changed one on the first try.
 */
@OnPlatforms(value = OnPlatforms.Choice.ONE, servers = Server.TOMCAT)
class NewcomerTests {

	private static final String POM = """
			<project xmlns="http://maven.apache.org/POM/4.0.0">
			<modelVersion>4.0.0</modelVersion>
			<parent>
				<groupId>org.springframework.boot</groupId>
				<artifactId>spring-boot-starter-parent</artifactId>
				<version>%s</version>
			</parent>
			<groupId>com.example</groupId>
			<artifactId>shop</artifactId>
			<version>1.0</version>
			<dependencies>
				<dependency>
					<groupId>org.springframework.boot</groupId>
					<artifactId>spring-boot-starter-webmvc</artifactId>
				</dependency>
				%s
			</dependencies>
			<build>
				<plugins>
					%s
					<plugin>
						<groupId>org.springframework.boot</groupId>
						<artifactId>spring-boot-maven-plugin</artifactId>
					</plugin>
				</plugins>
			</build>
			</project>
			""";

	private static final String APPLICATION = """
			package com.example;

			import java.util.Map;

			import org.springframework.boot.SpringApplication;
			import org.springframework.boot.autoconfigure.SpringBootApplication;
			import org.springframework.web.bind.annotation.GetMapping;
			import org.springframework.web.bind.annotation.RestController;

			@RestController
			@SpringBootApplication
			public class Shop {

				public static void main(String[] args) {
					SpringApplication.run(Shop.class, args);
				}

				@GetMapping("/hello")
				Map<String, Object> hello() {
					return Map.of("version", "1", "pid", ProcessHandle.current().pid());
				}

			}
			""";

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	NewcomerTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void newProjectHandsOverToAChangedOneOnTheFirstTry() throws Exception {
		Page page = Page.of("getting-started.md");
		assertThat(page.blocks("yaml")).singleElement().satisfies((yaml) -> assertThat(yaml.lines()).hasSize(4));
		List<String> begin = page.blocks("bash").get(0).lines().toList();
		List<String> change = page.blocks("bash").get(1).lines().toList();
		assertThat(begin).hasSize(2).last().isEqualTo("java -jar shop.jar");
		assertThat(change).hasSize(3);
		Path folder = create(page);
		MavenProject project = new MavenProject(folder);
		project.configure(this.sandbox.folder().resolve("repository"));
		run(project, null, begin.get(0));
		App app = this.sandbox.app(this.platform)
			.jar(folder.resolve("shop.jar"))
			// The default, which the sandbox leaves out for others
			.property("hotswap.drain.standby", "10s")
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(100).start();
		Files.writeString(source(folder), APPLICATION.replace("\"1\"", "\"2\""));
		run(project, app, change.get(0));
		Tool handoff = run(project, app, change.get(1));
		assertThat(handoff.output()).contains("PRECHECK", "START", "CUTOVER", "serves");
		long successor = app.servingPid();
		assertThat(successor).isNotEqualTo(app.pid());
		assertThat(app.get("/hello").version()).isEqualTo("2");
		assertThat(run(project, app, change.get(2)).output()).contains("generation   2", "pid          " + successor);
		int exitStatus = app.awaitExit();
		LoadReport report = load.stop();
		System.out.printf("NEWCOMER %s handoffs=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(exitStatus).isZero();
		assertThat(app.servingPid()).isEqualTo(successor);
		assertThat(app.status().path("application").asString()).isEqualTo("shop");
	}

	/** As it stands on the page, where the application has this test's address. */
	private Tool run(MavenProject project, @Nullable App app, String line) throws IOException {
		Map<String, String> environment = (app != null)
				? Map.of("SERVER_PORT", Integer.toString(app.port()), "SERVER_ADDRESS", "127.0.0.1",
						"JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + this.sandbox.temporaryFolder())
				: Map.of();
		Tool tool = project.run(this.platform.jdk(), environment, line);
		System.out.printf("NEWCOMER %s took=%d ms: %s%n", this.platform, tool.took().toMillis(), line);
		assertThat(tool.status()).as(tool.output()).isZero();
		return tool;
	}

	private Path create(Page page) throws IOException {
		Path folder = Files.createDirectories(this.sandbox.folder().resolve("project"));
		List<String> xml = page.blocks("xml");
		Files.writeString(folder.resolve("pom.xml"), POM.formatted(MavenProject.bootVersion(), xml.get(0), xml.get(1)));
		Files.createDirectories(source(folder).getParent());
		Files.writeString(source(folder), APPLICATION);
		Path resources = Files.createDirectories(folder.resolve("src/main/resources"));
		Files.writeString(resources.resolve("application.yml"), page.blocks("yaml").get(0));
		return folder;
	}

	private static Path source(Path folder) {
		return folder.resolve("src/main/java/com/example/Shop.java");
	}

}
