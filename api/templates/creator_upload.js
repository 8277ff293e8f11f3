// The form of a draft, sent with a bar that shows how far its file is. Without this script it is sent as any form.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const file = form.elements.file, said = form.querySelector("[role=status]"), bar = form.querySelector("progress");
  const button = form.querySelector("button");

  // What is too large is not sent for minutes to be refused.
  file.addEventListener("change", () => {
    const chosen = file.files[0], video = chosen && chosen.type.startsWith("video/");
    const most = Number(video ? form.dataset.video : form.dataset.image);
    const tooLarge = chosen && chosen.size > most;
    file.setCustomValidity(tooLarge ? `This ${video ? "video" : "picture"} has ${mib(chosen.size)}, and ${mib(most)} is the most that is taken.` : "");
    file.reportValidity();
  });

  form.addEventListener("submit", (event) => {
    if (!file.files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      said.textContent = loaded < total ? `${Math.floor(100 * loaded / total)} % of ${mib(total)}` : "Nearly there…";
    });
    request.addEventListener("load", () => {
      if (request.status < 400) return location.replace(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("main");
      if (!main) return again("That did not work. Please try again.");
      document.querySelector("main").replaceWith(main);
      main.querySelector("[role=alert]")?.scrollIntoView();
    });
    request.addEventListener("error", () => again("The connection broke off before the file had arrived. Please try again."));
    bar.hidden = false;
    button.disabled = true;
    request.open("POST", form.action);
    request.send(new FormData(form));
  });

  function again(words) {
    said.textContent = words;
    bar.hidden = true;
    button.disabled = false;
  }
}

function mib(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
