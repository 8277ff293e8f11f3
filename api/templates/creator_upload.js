// The form of a draft, sent with a bar that shows how far its file is. Without this script it is sent as any form.
function prepare(form) {
  const file = form.elements.file, button = form.querySelector("button");
  const bar = form.querySelector("progress"), said = form.querySelector("[role=status]");

  // What is too large is not sent for minutes, to be refused then.
  file.addEventListener("change", () => {
    const chosen = file.files[0], video = chosen?.type.startsWith("video/");
    const most = Number(video ? form.dataset.video : form.dataset.image);
    const tooLarge = chosen && chosen.size > most;
    const words = `This ${video ? "video" : "picture"} has ${mib(chosen?.size)}, and ${mib(most)} is the most that is taken.`;
    file.setCustomValidity(tooLarge ? words : "");
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
      const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
      if (!main) return again("That did not work. Please try again.");
      document.querySelector("main").replaceWith(main);
      main.querySelectorAll("form[data-upload]").forEach(prepare);
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

document.querySelectorAll("form[data-upload]").forEach(prepare);
