Redoc.init("/openapi.json", { disableGoogleFont: true, hideDownloadButtons: false, nativeScrollbars: true }, document.getElementById("redoc"));
