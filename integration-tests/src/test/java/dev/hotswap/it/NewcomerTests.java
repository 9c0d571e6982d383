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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A project of somebody who has read nothing but the page "Getting started": its blocks
 * go into a new project, Maven builds that, and it hands over on the first try.
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
					return Map.of("pid", ProcessHandle.current().pid());
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
	void newProjectHandsOverOnTheFirstTry() throws Exception {
		Page page = Page.of("getting-started.md");
		assertThat(page.blocks("yaml")).singleElement().satisfies((yaml) -> assertThat(yaml.lines()).hasSize(4));
		Path jar = build(page);
		App app = this.sandbox.app(this.platform)
			.jar(jar)
			// The default, which the sandbox leaves out for others
			.property("hotswap.drain.standby", "10s")
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(100).start();
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		assertThatCommandsOfThePageWork(page, jar, app, successor);
		int exitStatus = app.awaitExit();
		LoadReport report = load.stop();
		System.out.printf("NEWCOMER %s handoffs=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(exitStatus).isZero();
		assertThat(app.servingPid()).isEqualTo(successor);
		assertThat(app.status().path("application").asString()).isEqualTo("shop");
	}

	/** One that shows something and changes nothing is run as it stands there. */
	private void assertThatCommandsOfThePageWork(Page page, Path jar, App app, long successor) throws IOException {
		List<String> commands = page.blocks("bash")
			.stream()
			.flatMap(String::lines)
			.filter((line) -> line.startsWith("java -jar "))
			.toList();
		assertThat(commands).hasSize(3)
			.allSatisfy((line) -> assertThat(line.split(" ")[2]).isEqualTo("target/" + jar.getFileName()));
		String status = commands.stream().filter((line) -> line.endsWith("=status")).findAny().orElseThrow();
		Map<String, String> environment = Map.of("SERVER_PORT", Integer.toString(app.port()), "SERVER_ADDRESS",
				"127.0.0.1", "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + this.sandbox.temporaryFolder(), "PATH",
				this.platform.jdk().java().getParent() + ":" + System.getenv("PATH"));
		Tool shown = Tool.run(jar.getParent().getParent(), environment, "sh", "-c", status);
		assertThat(shown.status()).as(shown.output()).isZero();
		assertThat(shown.output()).contains("generation   2", "pid          " + successor);
	}

	private Path build(Page page) throws IOException {
		Path folder = Files.createDirectories(this.sandbox.folder().resolve("project"));
		List<String> xml = page.blocks("xml");
		Files.writeString(folder.resolve("pom.xml"), POM.formatted(MavenProject.bootVersion(), xml.get(0), xml.get(1)));
		Path sources = Files.createDirectories(folder.resolve("src/main/java/com/example"));
		Files.writeString(sources.resolve("Shop.java"), APPLICATION);
		Path resources = Files.createDirectories(folder.resolve("src/main/resources"));
		Files.writeString(resources.resolve("application.yml"), page.blocks("yaml").get(0));
		Tool maven = new MavenProject(folder).build(this.platform.jdk(), this.sandbox.folder().resolve("repository"));
		assertThat(maven.status()).as(maven.output()).isZero();
		System.out.printf("NEWCOMER %s maven=%d ms%n", this.platform, maven.took().toMillis());
		return folder.resolve("target/shop-1.0.jar");
	}

}
